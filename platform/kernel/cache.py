from kernel.tenancy import current_tenant, is_in_control_plane


def tenant_key(key: str, key_prefix: str, version: int) -> str:
    """Django's cache keys, led by the tenant. Without a tenant there is no key (NoTenant)."""
    owner = "control" if is_in_control_plane() else current_tenant().schema_name
    return f"{key_prefix}:{owner}:cache:{version}:{key}"
