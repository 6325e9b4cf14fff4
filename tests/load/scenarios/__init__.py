"""What is measured: one module a scenario, each with `async def measure(stack, sizes) -> Section`."""
