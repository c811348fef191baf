namespace TdxDash.Web.Store.Care;

/// <summary>How far the check of the database has come.</summary>
internal enum CheckStage
{
    /// <summary>No check has run since the start.</summary>
    NotRun,

    /// <summary>A check runs.</summary>
    Running,

    /// <summary>The last check found nothing.</summary>
    Sound,

    /// <summary>The last check found damage.</summary>
    Damaged,

    /// <summary>The last check could not be carried out.</summary>
    Failed,
}

/// <summary>What the last check of the database found.</summary>
/// <param name="Stage">How far it came.</param>
/// <param name="At">When it ended, or began while it runs; null when none has run.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Bodies">How many snapshot bodies were compared with their hash.</param>
/// <param name="Findings">What is damaged; bounded in number.</param>
internal sealed record CheckReport(CheckStage Stage, DateTimeOffset? At, TimeSpan Took, long Bodies, IReadOnlyList<string> Findings)
{
    /// <summary>Before the first check.</summary>
    public static CheckReport None { get; } = new(CheckStage.NotRun, null, TimeSpan.Zero, 0, []);
}

/// <summary>The condition of the store as pages and monitors see it.</summary>
internal interface IStoreCondition
{
    /// <summary>Trouble came, went, or a check began or ended. Raised on any thread; it must not be held up.</summary>
    event Action? Changed;

    /// <summary>The last check.</summary>
    CheckReport Check { get; }

    /// <summary>What keeps the store from storing, and what to do; null while all is well.</summary>
    string? Trouble { get; }
}

/// <summary>The writer's trouble, and what the last check found.</summary>
internal sealed class StoreCondition : IStoreCondition
{
    private readonly StoreWriter _writer;
    private CheckReport _check = CheckReport.None;

    /// <summary>Makes it.</summary>
    public StoreCondition(StoreWriter writer)
    {
        _writer = writer;
        writer.TroubleChanged += () => Changed?.Invoke();
    }

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public CheckReport Check
    {
        get => Volatile.Read(ref _check);
        set
        {
            Volatile.Write(ref _check, value);
            Changed?.Invoke();
        }
    }

    /// <inheritdoc/>
    public string? Trouble => _writer.Trouble;
}
