"""TLS as a scanner sees it: sslyze on the gateway, against Mozilla's intermediate profile and one check at a time."""

import os
import subprocess
import warnings
from urllib.parse import urlsplit

import pytest
from sslyze import (
    AllScanCommandsAttempts,
    CipherSuitesScanResult,
    Scanner,
    ServerNetworkLocation,
    ServerScanRequest,
    ServerScanResult,
)
from sslyze.mozilla_tls_profile.tls_config_checker import (
    MozillaTlsConfiguration,
    ServerNotCompliantWithTlsConfiguration,
    TlsConfigurationEnum,
    check_server_against_tls_configuration,
)
from sslyze.plugins.robot.implementation import RobotScanResultEnum

FORWARD_SECRET = ("TLS_ECDHE_", "TLS_AES_", "TLS_CHACHA20_")


@pytest.fixture(scope="module")
def scanned() -> ServerScanResult:
    address = urlsplit(os.environ["STORYBOT_TLS_URL"])
    scanner = Scanner()
    location = ServerNetworkLocation("localhost", int(address.port or 443), ip_address=str(address.hostname))
    with warnings.catch_warnings(action="ignore"):  # about certificates of the trust stores that it reads
        scanner.queue_scans([ServerScanRequest(location)])
        (result,) = scanner.get_results()
    return result


@pytest.fixture(scope="module")
def found(scanned: ServerScanResult) -> AllScanCommandsAttempts:
    assert scanned.scan_result is not None, scanned.connectivity_error_trace
    return scanned.scan_result


def test_it_complies_with_mozillas_intermediate_profile(scanned: ServerScanResult) -> None:
    """But for who signed the certificate: here that is the gateway itself."""
    profile = MozillaTlsConfiguration.get(TlsConfigurationEnum.MOZILLA_INTERMEDIATE)
    with pytest.raises(ServerNotCompliantWithTlsConfiguration) as told:
        check_server_against_tls_configuration(scanned, profile)
    assert told.value.issues.keys() == {"certificate_path_validation"}, told.value.issues


def test_keys_are_agreed_in_a_way_that_outlasts_todays_computers() -> None:
    """Debian's openssl offers it, as browsers do; the scanner does not know it yet."""
    address = urlsplit(os.environ["STORYBOT_TLS_URL"]).netloc
    command = ("openssl", "s_client", "-connect", address, "-servername", "localhost", "-groups", "X25519MLKEM768")
    shown = subprocess.run(command, input="", capture_output=True, text=True, check=True).stdout
    assert "Negotiated TLS1.3 group: X25519MLKEM768" in shown


@pytest.mark.parametrize("version", ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"])
def test_an_old_protocol_is_refused(found: AllScanCommandsAttempts, version: str) -> None:
    assert suites(found, version).accepted_cipher_suites == []


@pytest.mark.parametrize("version", ["tls_1_2", "tls_1_3"])
def test_every_cipher_suite_keeps_its_secrets_when_the_key_is_lost(
    found: AllScanCommandsAttempts, version: str
) -> None:
    names = [each.cipher_suite.name for each in suites(found, version).accepted_cipher_suites]
    assert names
    assert [name for name in names if not name.startswith(FORWARD_SECRET)] == []
    assert [name for name in names if not ("GCM" in name or "CHACHA20" in name)] == []


def suites(found: AllScanCommandsAttempts, version: str) -> CipherSuitesScanResult:
    result: CipherSuitesScanResult = getattr(found, f"{version}_cipher_suites").result
    return result


def test_no_known_attack_works(found: AllScanCommandsAttempts) -> None:
    assert found.heartbleed.result is not None
    assert not found.heartbleed.result.is_vulnerable_to_heartbleed
    assert found.openssl_ccs_injection.result is not None
    assert not found.openssl_ccs_injection.result.is_vulnerable_to_ccs_injection
    assert found.robot.result is not None
    assert found.robot.result.robot_result in {
        RobotScanResultEnum.NOT_VULNERABLE_NO_ORACLE,
        RobotScanResultEnum.NOT_VULNERABLE_RSA_NOT_SUPPORTED,
    }
    assert found.tls_compression.result is not None
    assert not found.tls_compression.result.supports_compression
    assert found.session_renegotiation.result is not None
    assert not found.session_renegotiation.result.is_vulnerable_to_client_renegotiation_dos
    assert found.session_renegotiation.result.supports_secure_renegotiation
    # what comes in early data can be sent again by others
    assert found.tls_1_3_early_data.result is not None
    assert not found.tls_1_3_early_data.result.supports_early_data
    assert found.tls_extended_master_secret.result is not None
    assert found.tls_extended_master_secret.result.supports_ems_extension
