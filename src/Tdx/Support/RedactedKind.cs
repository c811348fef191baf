namespace TdxDash.Tdx.Support;

/// <summary>What is taken out of a support bundle.</summary>
public enum RedactedKind
{
    /// <summary>The name of a host, with or without its domain.</summary>
    HostName,

    /// <summary>A domain of hosts.</summary>
    Domain,

    /// <summary>An IPv4 or IPv6 address; loopback stays.</summary>
    Address,

    /// <summary>A hardware address of a network interface.</summary>
    HardwareAddress,

    /// <summary>An e-mail address.</summary>
    Mail,

    /// <summary>A person: an account, an author, the owner of a home folder.</summary>
    Person,

    /// <summary>A group, tag or other name that people gave.</summary>
    Label,

    /// <summary>A UUID, such as the identity of a host or of a boot.</summary>
    Identity,

    /// <summary>A password, token, cookie or key. It has no pseudonym: equal ones are not told apart.</summary>
    Secret,

    /// <summary>A parameter of the kernel command line that is not known to be harmless.</summary>
    Parameter,
}
