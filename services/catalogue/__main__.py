from services.catalogue.app import service
from shared.cli import main

main(service)
