from services.agreements.app import service
from services.agreements.commands import add_verbs
from shared.cli import main

main(service, add_verbs)
