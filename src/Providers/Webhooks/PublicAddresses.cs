using System.Net;
using System.Net.Sockets;

namespace Payments.Providers;

/// <summary>Tells addresses on the public internet from those that lead back into a network: loopback, private, link-local with the cloud
/// metadata services, shared, reserved, multicast (IANA special-purpose address registries).</summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] SpecialV4 = Parse(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4");

    // Only 2000::/3 is in public use; of it, what tunnels to IPv4 or is set aside is refused as a whole.
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] SpecialV6 = Parse("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    /// <summary>Whether <paramref name="address"/> is public.</summary>
    public static bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !Array.Exists(SpecialV4, network => network.Contains(address)),
            AddressFamily.InterNetworkV6 => GlobalV6.Contains(address) && !Array.Exists(SpecialV6, network => network.Contains(address)),
            _ => false,
        };
    }

    private static IPNetwork[] Parse(params string[] networks) => Array.ConvertAll(networks, IPNetwork.Parse);
}
