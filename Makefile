# 一网 Yiwang. `make` lists the commands.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo serve check test test-external format lock

help: ## 列出命令 / list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: ## 安装运行所需 / install what running needs
	@$(PYTHON) tools/setup.py

setup-dev: ## 安装测试所需 / install what tests need
	@$(PYTHON) tools/setup.py --dev

demo: setup ## 装好并启动演示（端口 8000 或 PORT）/ set up and serve the demonstration
	@$(BIN)/yiwang demo

serve: setup ## 启动本系统 / serve this installation
	@$(BIN)/yiwang serve

check: setup-dev ## 一分钟内的检查 / the fast checks, under a minute
	@$(BIN)/python tools/checks.py --fast

test: setup-dev ## 全部测试（外部程序除外）/ everything except foreign programs
	@$(BIN)/python tools/checks.py

test-external: setup-dev ## 与外部程序（LibreOffice）的测试 / tests against foreign programs
	@$(BIN)/python tools/external.py

format: setup-dev ## 统一格式 / format the sources
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: setup-dev ## 重写锁文件（UPGRADE=1 取新版本）/ write the lock files again
	@$(BIN)/python tools/lock.py
