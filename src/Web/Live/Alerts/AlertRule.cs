using System.Globalization;

namespace TdxDash.Web.Live.Alerts;

/// <summary>A rule. Its name is its identity for people: in addresses, messages and silences.</summary>
public sealed record AlertRule
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxName = 40;

    /// <summary>The most rules.</summary>
    public const int MostRules = 50;

    /// <summary>The longest time that something has to hold.</summary>
    public static readonly TimeSpan LongestFor = TimeSpan.FromDays(7);

    private const double Hundred = 100;

    /// <summary>The store's number; 0 before it is stored.</summary>
    public long Id { get; init; }

    /// <summary>The name: lower case letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>What it looks at.</summary>
    public required AlertKind Kind { get; init; }

    /// <summary>How much its alerts matter.</summary>
    public AlertSeverity Severity { get; init; }

    /// <summary>Whether it is looked at.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>From this value on (of KeyIDs: down from it) the condition holds; a share as 0.8 for 80 %, or a count. 0 without thresholds.</summary>
    public double Raise { get; init; }

    /// <summary>From this value down (of KeyIDs: up from it) it is over; between the two nothing changes.</summary>
    public double Clear { get; init; }

    /// <summary>For how long without a break the condition has to hold before the alert fires.</summary>
    public TimeSpan RaiseFor { get; init; }

    /// <summary>For how long without a break it has to be over before the alert is resolved.</summary>
    public TimeSpan ClearFor { get; init; }

    /// <summary>The only group whose hosts it looks at; null for every host.</summary>
    public LabelText? Group { get; init; }

    /// <summary>The least versions; for <see cref="AlertKind.ModuleVersion"/> alone.</summary>
    public VersionPolicy Least { get; init; } = VersionPolicy.None;

    /// <summary>Whether targets are also told of demo hosts and of hosts whose values come from an emulated module.</summary>
    public bool TellsEmulated { get; init; }

    /// <summary>What is wrong with it and what to do; null when nothing is.</summary>
    public string? Problem()
    {
        if (Name.Length is 0 or > MaxName || !Name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'))
        {
            return FormattableString.Invariant($"A rule's name has 1 to {MaxName} lower case letters, digits and hyphens.");
        }

        if (RaiseFor < TimeSpan.Zero || RaiseFor > LongestFor || ClearFor < TimeSpan.Zero || ClearFor > LongestFor)
        {
            return FormattableString.Invariant($"How long something has to hold is 0 s to {LongestFor.TotalDays:0} d.");
        }

        return AlertKinds.HasThresholds(Kind) ? ThresholdProblem() : null;
    }

    /// <summary>A value of the rule's kind for people: <c>81.2 %</c>, <c>3 KeyIDs</c>; empty without thresholds.</summary>
    public string Text(double value) => AlertKinds.Unit(Kind) switch
    {
        "" => "",
        "%" => string.Create(CultureInfo.InvariantCulture, $"{value * Hundred:0.##} %"),
        string unit => string.Create(CultureInfo.InvariantCulture, $"{value:0} {unit}"),
    };

    private string? ThresholdProblem()
    {
        if (Kind == AlertKind.KeyIdsFree)
        {
            return Raise < 0 || Clear > 1 << 20 || Raise >= Clear || Raise != Math.Floor(Raise) || Clear != Math.Floor(Clear)
                ? "KeyIDs are whole numbers, and the alert is over at more of them than it begins with: write for example 2 and 4." : null;
        }

        return double.IsNaN(Raise) || double.IsNaN(Clear) || Raise > 1 || Clear < 0 || Clear >= Raise
            ? "Shares are 0 to 100 %, and the alert is over at a lower one than it begins with: write for example 80 and 75." : null;
    }
}
