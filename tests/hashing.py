"""The site's own hash of passwords, with so little work that it protects nobody."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Quick(Argon2PasswordHasher):
    """A thousandth of the memory, one round."""

    time_cost = 1
    memory_cost = 64  # KiB
    parallelism = 1
