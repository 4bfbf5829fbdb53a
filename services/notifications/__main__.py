from services.notifications.app import service
from services.notifications.commands import add_verbs
from shared.cli import main

main(service, add_verbs)
