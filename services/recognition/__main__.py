from services.recognition.app import service
from services.recognition.commands import add_verbs
from shared.cli import main

main(service, add_verbs)
