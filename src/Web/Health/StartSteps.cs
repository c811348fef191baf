namespace TdxDash.Web.Health;

/// <summary>How far the start has come.</summary>
internal sealed class StartSteps
{
    private volatile bool _hasSchema, _hasFleet;

    /// <summary>Whether the database is there in this version's schema.</summary>
    public bool HasSchema
    {
        get => _hasSchema;
        set => _hasSchema = value;
    }

    /// <summary>Whether the hosts are in memory.</summary>
    public bool HasFleet
    {
        get => _hasFleet;
        set => _hasFleet = value;
    }
}
