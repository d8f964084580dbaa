"""Work that goes on after the request: queue, worker, schedule (后台任务)."""
