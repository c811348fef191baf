namespace TdxDash.Web.Security.Access;

/// <summary>What somebody may do, each including the one before.</summary>
public enum Role
{
    /// <summary>Sees hosts and their history, and keeps views and plans of their own in the browser.</summary>
    Viewer = 1,

    /// <summary>Also groups, tags and annotates hosts, imports, silences alerts, and re-initialises demo hosts.</summary>
    Operator = 2,

    /// <summary>Also manages accounts, API tokens, enrolment, probes and alert rules.</summary>
    Administrator = 3,
}
