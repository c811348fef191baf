namespace TdxDash.Tdx.Planning;

/// <summary>The parts of a clause of sockets, as somebody writes them; empty where one is not written. They may be wrong: the plan they stand in says so.</summary>
/// <param name="Sockets">The number of sockets.</param>
/// <param name="Nodes">NUMA nodes of each socket.</param>
/// <param name="Dimms">DIMMs of each node.</param>
/// <param name="Size">Memory of each DIMM; of each node where no DIMMs are written.</param>
public sealed record PlanSocketsText(string Sockets = "", string Nodes = "", string Dimms = "", string Size = "")
{
    private static readonly char[] Times = ['x', 'X', '×', '*'];

    /// <summary>Takes a clause apart.</summary>
    /// <param name="clause">Such as <c>2 sockets x 8 dimms x 64 GiB</c>.</param>
    public static PlanSocketsText Read(string clause)
    {
        ArgumentNullException.ThrowIfNull(clause);
        var parts = new PlanSocketsText();
        string[] written = clause.Split(Times, StringSplitOptions.TrimEntries);
        for (int i = 0; i < written.Length; i++)
        {
            // The x of 0x40000000 is no sign of multiplication.
            string part = written[i] == "0" && i + 1 < written.Length ? $"0x{written[++i]}" : written[i];
            string number = new([.. part.TakeWhile(char.IsAsciiDigit)]);
            parts = part[number.Length..].Trim().ToUpperInvariant() switch
            {
                "SOCKET" or "SOCKETS" => parts with { Sockets = number },
                "NODE" or "NODES" => parts with { Nodes = number },
                "DIMM" or "DIMMS" => parts with { Dimms = number },
                _ => parts with { Size = part },
            };
        }

        return parts;
    }

    /// <summary>The clause; empty where all parts are.</summary>
    public override string ToString() => (Sockets, Nodes, Dimms, Size) is ("", "", "", "") ? "" : string.Join(" x ", Parts());

    private IEnumerable<string> Parts()
    {
        yield return $"{(Sockets.Length == 0 ? "1" : Sockets)} socket{(Sockets is "" or "1" ? "" : "s")}";
        if (Nodes is not ("" or "1"))
        {
            yield return $"{Nodes} nodes";
        }

        if (Dimms is not ("" or "1"))
        {
            yield return $"{Dimms} dimms";
        }

        if (Size.Length > 0)
        {
            yield return Size;
        }
    }
}
