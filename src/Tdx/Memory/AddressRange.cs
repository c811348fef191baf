namespace TdxDash.Tdx.Memory;

/// <summary>A half-open range of physical addresses, <c>[Start, End)</c>; never empty.</summary>
public readonly record struct AddressRange
{
    /// <summary>Makes a range.</summary>
    /// <param name="start">The first byte.</param>
    /// <param name="end">The byte behind the last one.</param>
    /// <exception cref="ArgumentException">The range is empty or runs backwards.</exception>
    public AddressRange(PhysAddr start, PhysAddr end)
    {
        if (end <= start)
        {
            throw new ArgumentException($"Range [{start}, {end}) is empty or runs backwards: its end must lie above its start.", nameof(end));
        }

        Start = start;
        End = end;
    }

    /// <summary>Makes a range from two byte addresses.</summary>
    /// <exception cref="ArgumentException">As for the other constructor, or an address beyond 2^52.</exception>
    public AddressRange(ulong start, ulong end)
        : this(new PhysAddr(start), new PhysAddr(end))
    {
    }

    /// <summary>The first byte.</summary>
    public PhysAddr Start { get; }

    /// <summary>The byte behind the last one.</summary>
    public PhysAddr End { get; }

    /// <summary>End minus start.</summary>
    public ByteSize Size => new(End.Value - Start.Value);

    /// <summary>Whether an address lies inside.</summary>
    public bool Contains(PhysAddr address) => address >= Start && address < End;

    /// <summary>Whether a whole range lies inside.</summary>
    public bool Contains(AddressRange other) => other.Start >= Start && other.End <= End;

    /// <summary>Whether the two share at least one byte; touching ranges do not.</summary>
    public bool Overlaps(AddressRange other) => Start < other.End && other.Start < End;

    /// <summary>The form that Linux's TDX code prints: <c>[0x100000, 0x77800000)</c>.</summary>
    public override string ToString() => $"[{Start}, {End})";

    /// <summary>The form shown on screen, with grouped digits.</summary>
    public string ToGrouped() => $"[{Start.ToGrouped()}, {End.ToGrouped()})";
}
