"""Every region that the stack's providers name is switched on in the account."""

from preflight.check import Result, Scope, judge

_ON = ("opt-in-not-required", "opted-in")


def check(scope: Scope) -> Result:
    regions = scope.stack.regions
    answer = scope.aws.client("ec2").describe_regions(AllRegions=True)["Regions"]
    status = {region["RegionName"]: region["OptInStatus"] for region in answer}
    problems = [
        f"AWS has no region {region}: correct it in environments/"
        if region not in status
        else f"{region} is switched off ({status[region]}): `aws account enable-region --region-name {region}`"
        for region in regions
        if status.get(region) not in _ON
    ]
    return judge(f"{', '.join(regions)} switched on", problems)
