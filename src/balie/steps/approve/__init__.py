"""The step kind `approve`: what a form sends waits until a colleague approves it."""
