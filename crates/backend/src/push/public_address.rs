//! Which addresses are somebody's on the internet, and none of this house. It refuses to know whose.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether the address is global unicast, and neither set aside (the IANA's special-purpose registries, RFC 6890) nor a
/// way to write one that is.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_special = match address.octets() {
        // This network, private (RFC 1918), loopback, multicast and all above it.
        [0 | 10 | 127 | 224..=255, ..] => true,
        [172, 16..=31, ..] | [192, 168, ..] => true,
        // Shared with a provider's other customers (RFC 6598); link-local (RFC 3927).
        [100, 64..=127, ..] | [169, 254, ..] => true,
        // The IETF's own, documentation (RFC 5737), 6to4's relays (RFC 7526), benchmarks (RFC 2544).
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        _ => false,
    };
    !is_special
}

/// Outside 2000::/3 nothing is anybody's on the internet (the IANA's IPv6 address space): there are the unspecified
/// address, loopback, IPv4 in its mapped and compatible forms, unique local, link-local and multicast.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // A network without IPv4 reaches it so (NAT64, RFC 6052 §2.1).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4((u32::from(high) << 16 | u32::from(low)).into()),
        // The IETF's own, Teredo and benchmarks among them (RFC 2928); 6to4, which is any IPv4; documentation
        // (RFC 3849, RFC 9637).
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_public() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "142.250.196.106",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "203.0.112.255",
            "223.255.255.255",
            "2000::1",
            "2001:200::1",
            "2001:db7::1",
            "2001:db9::1",
            "2003::1",
            "2404:6800:4004:820::200a",
            "3fff:1000::1",
            "64:ff9b::8efa:c46a",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_not() {
        for text in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.0.0",
            "169.254.169.254",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.170",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.0",
            "239.255.255.255",
            "240.0.0.0",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::8efa:c46a",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:142.250.196.106",
            "::ffff:0:142.250.196.106",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b::1:142.250.196.106",
            "64:ff9b:1::1",
            "100::1",
            "1fff:ffff::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:2::1",
            "2001:20::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:8efa:c46a::1",
            "3fff::1",
            "3fff:fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }
}
