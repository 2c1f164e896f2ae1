"""What coding hands to the other parts of reporting; its own pages read the modules beside this one."""

from reporting.coding.queries.frames import CodeLine, frame_of
from reporting.coding.queries.progress import Progress, ProgressPart, progress_of
from reporting.coding.queries.settled import codes_of

__all__ = ["CodeLine", "Progress", "ProgressPart", "codes_of", "frame_of", "progress_of"]
