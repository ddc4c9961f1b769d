"""What dragging a task does: beside another one it is arranged by hand, on a project or tag it gets that."""

from __future__ import annotations

from ui.attribute_actions import AttributeActions
from ui.order_actions import OrderActions
from ui.screens.list_screen import ListScreen
from ui.widgets.task_list import TaskList


class Dropping:
    """See the module."""

    def __init__(self, screen: ListScreen, setting: AttributeActions, ordering: OrderActions) -> None:
        self._screen = screen
        self._setting = setting
        self._ordering = ordering

    def drop(self, dropped: TaskList.Dropped) -> None:
        """Do what it means that a task was let go there; elsewhere than on a task or a view it means nothing."""
        tasks, sidebar, (x, y) = self._screen.tasks, self._screen.sidebar, dropped.offset
        if sidebar.display and sidebar.region.contains(x, y):
            view = sidebar.view_at(y - sidebar.region.y)
            if view is not None:
                self._setting.put_into([dropped.task], view)
        elif tasks.region.contains(x, y):
            target = tasks.task_at(y - tasks.region.y)
            rows = [tasks.rows.row_of(task.uid) or 0 for task in (target, dropped.task) if task is not None]
            if target is not None:
                self._ordering.put_beside(dropped.task, target, below=rows[0] > rows[1])
