"""Legal parameters and the working-day calendar (法定参数、工作日历)."""
