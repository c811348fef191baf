using System.Globalization;
using System.Text;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>Writes a diff as plain text, one line an entry: sign, path, values, measure, and in brackets where the values come from.</summary>
public static class DiffText
{
    /// <summary>All entries, each ended by a line feed; empty for an empty diff.</summary>
    public static string Of(SnapshotDiff diff)
    {
        ArgumentNullException.ThrowIfNull(diff);
        var text = new StringBuilder();
        foreach (DiffEntry entry in diff.Entries)
        {
            text.Append(Line(entry)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>One entry on one line, without a line end; control characters of texts from outside are escaped.</summary>
    public static string Line(DiffEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var text = new StringBuilder();
        text.Append(entry.Sign switch { DiffSign.Added => '+', DiffSign.Removed => '-', _ => '~' }).Append(' ');
        AppendEscaped(text, entry.Path);
        if (entry.Aspect != DiffAspect.Value)
        {
            text.Append(" (").Append(Words.Of(entry.Aspect)).Append(')');
        }

        text.Append(": ");
        AppendEscaped(text, entry.Before ?? entry.After ?? "");
        if (entry is { Before: not null, After: not null })
        {
            text.Append(" -> ");
            AppendEscaped(text, entry.After);
        }

        string measure = Measure(entry.Detail);
        if (measure.Length > 0)
        {
            text.Append(" (").Append(measure).Append(')');
        }

        AppendProvenance(text, entry);
        return text.ToString();
    }

    /// <summary>What the typed part says beyond the two values: a delta with its unit, the bits that flipped, what became of a region.</summary>
    /// <returns>Empty where there is nothing to say.</returns>
    public static string Measure(DiffDetail? detail) => detail switch
    {
        NumberChange { Unit: DiffUnit.Bytes } size => Signed(size.Delta),
        NumberChange number => Signed(number.Delta, number.Unit),
        BitsChange bits => string.Join(", ", bits.Flipped.Select(bit => (bit.IsSet ? "+" : "-") + bit.Name)),
        RegionChange { Kind: RegionChangeKind.Moved, Before: { } before, After: { } after } => after.Start > before.Start
            ? $"moved up by {new ByteSize(after.Start.Value - before.Start.Value)}"
            : $"moved down by {new ByteSize(before.Start.Value - after.Start.Value)}",
        RegionChange { Kind: RegionChangeKind.Added, After: { } added } => added.Size.ToString(),
        RegionChange { Kind: RegionChangeKind.Removed, Before: { } removed } => removed.Size.ToString(),
        RegionChange region => $"{Words.Of(region.Kind)}, {Signed(region.SizeDelta)}",
        NodeChange => "node changed",
        _ => "",
    };

    private static string Signed(Int128 bytes) => $"{(bytes < 0 ? '-' : '+')}{new ByteSize((ulong)Int128.Abs(bytes))}";

    private static string Signed(Int128 delta, DiffUnit unit)
    {
        string noun = unit switch
        {
            DiffUnit.Bits => Int128.Abs(delta) == 1 ? " bit" : " bits",
            DiffUnit.Days => Int128.Abs(delta) == 1 ? " day" : " days",
            DiffUnit.KiB => " KiB",
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{(delta < 0 ? "" : "+")}{delta}{noun}");
    }

    // A change of provenance says it already.
    private static void AppendProvenance(StringBuilder text, DiffEntry entry)
    {
        if (entry.Aspect == DiffAspect.Provenance || (entry.ProvenanceBefore ?? entry.ProvenanceAfter) is not { } first)
        {
            return;
        }

        text.Append(" [").Append(Words.Of(first));
        if (entry.ProvenanceAfter is { } second && second != first)
        {
            text.Append(" -> ").Append(Words.Of(second));
        }

        text.Append(']');
    }

    private static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (char c in value)
        {
            if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' || char.GetUnicodeCategory(c) == UnicodeCategory.Format)
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                text.Append(c);
            }
        }
    }
}
