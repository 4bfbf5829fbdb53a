TOPIC = "acquis.recognition.v1"
