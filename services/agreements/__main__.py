from services.agreements.app import service
from shared.cli import main

main(service)
