from services.notifications.app import service
from shared.cli import main

main(service)
