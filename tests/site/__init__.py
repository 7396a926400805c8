"""The whole site: configuration, doors, both layers together."""  # noqa: A005
