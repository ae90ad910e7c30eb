"""
What the capacities of servers rest on.

How much load a server carries within its latency objective is found by a search that cells cannot express: a workbook
has these figures as constants, and marks the inputs that they rest on. All else in it follows its inputs.
"""

from typing import Final

CAPACITY_INPUTS: Final = frozenset(
    {
        # Request
        "app_cpu_ms",
        "wait_ms",
        "time_variation_ratio",
        "p95_objective_ms",
        "inference_request_share",
        "inference_ms",
        "model_load_ms",
        "model_memory_gib",
        "app_memory_mib",
        # Servers
        "target_utilization_share",
        "database_pool_count",
        "os_memory_gib",
        # Way of serving
        "app_cpu_ratio",
        "framework_cpu_ms",
        "workers_per_vcpu_count",
        "extra_workers_count",
        "slots_per_worker_count",
        "turns_per_worker_count",
        "worker_memory_mib",
        "slot_memory_mib",
        "model_reload_share",
    }
)
