from services.assessment.app import service
from shared.cli import main

main(service)
