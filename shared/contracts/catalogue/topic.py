TOPIC = "acquis.catalogue.v1"
