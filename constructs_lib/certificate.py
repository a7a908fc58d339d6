"""The public name of a workspace: its DNS record and its TLS certificate."""

from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from constructs import Construct


class Certificate(Construct):
    """An ACM certificate for one exact name, validated by DNS and renewed by Amazon as long as its record stands."""

    def __init__(self, scope: Construct, id_: str, *, domain: str, hosted_zone: str) -> None:
        super().__init__(scope, id_)
        self._domain = domain
        self._zone_id = DataAwsRoute53Zone(self, "Zone", name=hosted_zone, private_zone=False).zone_id
        certificate = AcmCertificate(
            self,
            "Certificate",
            domain_name=domain,
            validation_method="DNS",
            tags={"Name": domain},
            lifecycle={"create_before_destroy": True},
        )
        # One name, so exactly one option; known only after the certificate was asked for.
        option = certificate.domain_validation_options.get(0)
        record = Route53Record(
            self,
            "Validation",
            zone_id=self._zone_id,
            name=option.resource_record_name,
            type=option.resource_record_type,
            records=[option.resource_record_value],
            ttl=300,
            # A renewed certificate for the same name is validated by the same record.
            allow_overwrite=True,
        )
        # The validation's output, so that nothing uses the certificate before it was issued.
        self.arn = AcmCertificateValidation(
            self, "Issued", certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn]
        ).certificate_arn

    def point_to(self, *, dns_name: str, zone_id: str) -> None:
        """The record that leads the name to a load balancer."""
        Route53Record(
            self,
            "Record",
            zone_id=self._zone_id,
            name=self._domain,
            type="A",
            alias=Route53RecordAlias(name=dns_name, zone_id=zone_id, evaluate_target_health=True),
        )
