from kernel.tasks import platform_task
from privacy.deletion.services import reminders, steps


@platform_task("privacy.delete_due", minutes=240)
def delete_due() -> None:
    reminders.remind()
    steps.run_due()
