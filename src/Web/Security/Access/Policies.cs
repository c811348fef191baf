namespace TdxDash.Web.Security.Access;

/// <summary>The names of the authorization policies. Every endpoint and hub names one of them, or says that it is open to everybody.</summary>
public static class Policies
{
    /// <summary>A person or API token with the role of a viewer in at least one group.</summary>
    public const string View = "view";

    /// <summary>A person or API token with the role of an operator in at least one group.</summary>
    public const string Operate = "operate";

    /// <summary>An administrator of everything.</summary>
    public const string Administer = "administer";

    /// <summary>An enrolled probe.</summary>
    public const string Probe = "probe";
}
