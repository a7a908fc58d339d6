"""Every availability zone that a subnet names exists and takes resources."""

from preflight.check import Result, Scope, judge


def check(scope: Scope) -> Result | None:
    wanted = scope.stack.zones()
    if not wanted:
        return None
    answer = scope.aws.client("ec2").describe_availability_zones(
        AllAvailabilityZones=True, Filters=[{"Name": "zone-type", "Values": ["availability-zone"]}]
    )["AvailabilityZones"]
    open_ = {z["ZoneName"] for z in answer if z["State"] == "available" and z.get("OptInStatus") != "not-opted-in"}
    offered = ", ".join(sorted(open_))
    problems = [
        f"this account has no zone {zone} to use; it has {offered}: correct network.zones in environments/"
        for zone in wanted
        if zone not in open_
    ]
    return judge(", ".join(wanted), problems)
