from services.recognition.app import service
from shared.cli import main

main(service)
