using System.Globalization;

namespace TdxDash.Tdx.Planning;

/// <summary>What is wrong with the text of a plan, and where.</summary>
/// <param name="Position">The first character that it is about, from 0.</param>
/// <param name="Length">How many characters; at least 1.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column in the line, from 1.</param>
/// <param name="Message">What is wrong, with the value.</param>
/// <param name="Remedy">What to write instead.</param>
public sealed record PlanProblem(int Position, int Length, int Line, int Column, string Message, string Remedy)
{
    /// <summary>In one line: <c>column 14: '1TB' … </c>; the line is named from the second on.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Line > 1 ? $"line {Line}, " : "")}column {Column}: {Message} {Remedy}").TrimEnd();
}

/// <summary>What came of a text.</summary>
/// <param name="Spec">The plan; null where there is a problem.</param>
/// <param name="Machine">The machine that it describes; null where there is a problem.</param>
/// <param name="Problems">What is wrong, in the order of the text; empty where nothing is.</param>
public sealed record PlanParse(PlanSpec? Spec, PlanMachine? Machine, IReadOnlyList<PlanProblem> Problems);

/// <summary>The part of a plan that something is about.</summary>
public enum PlanPart
{
    /// <summary>The whole plan.</summary>
    Whole,

    /// <summary>One of <see cref="PlanSpec.Sockets"/>.</summary>
    Sockets,

    /// <summary>One of <see cref="PlanSpec.Ram"/>.</summary>
    Ram,

    /// <summary>One of <see cref="PlanSpec.Holes"/>.</summary>
    Hole,

    /// <summary>One of <see cref="PlanSpec.Firmware"/>.</summary>
    Firmware,

    /// <summary>One of <see cref="PlanSpec.Extras"/>.</summary>
    Extra,

    /// <summary>One of <see cref="PlanSpec.Cmrs"/>.</summary>
    Cmr,

    /// <summary><see cref="PlanSpec.Module"/>.</summary>
    Module,
}

/// <summary>A plan describes a machine that cannot be.</summary>
public sealed class PlanException : FormatException
{
    /// <summary>Makes one.</summary>
    /// <param name="part">What it is about.</param>
    /// <param name="index">Which one of its list; 0 where there is none.</param>
    /// <param name="reason">What is wrong, with the values.</param>
    /// <param name="remedy">What to do.</param>
    public PlanException(PlanPart part, int index, string reason, string remedy)
        : base($"{reason} {remedy}".TrimEnd()) => (Part, Index, Reason, Remedy) = (part, index, reason, remedy);

    /// <summary>What it is about.</summary>
    public PlanPart Part { get; }

    /// <summary>Which one of its list.</summary>
    public int Index { get; }

    /// <summary>What is wrong, with the values.</summary>
    public string Reason { get; }

    /// <summary>What to do.</summary>
    public string Remedy { get; }
}
