namespace TdxDash.Tdx.Seamcalls;

/// <summary>A SEAMCALL completion status, taken apart.</summary>
/// <param name="Value">RAX.</param>
/// <param name="Name">The specification's name; Linux's own name for its software codes; <c>unknown</c> otherwise.</param>
/// <param name="Detail">The operand, TDMR or area that the low half names; empty where it names none.</param>
/// <param name="Meaning">What it means for the person who sees it.</param>
/// <param name="Remedy">What to do.</param>
public sealed record SeamcallStatus(ulong Value, string Name, string Detail, string Meaning, string Remedy)
{
    /// <summary>TDX_SUCCESS.</summary>
    public const ulong Success = 0;

    /// <summary>Bit 63: an error; informational codes leave it clear.</summary>
    public bool IsError => (Value >> 63) != 0;

    /// <summary>Explains a status.</summary>
    public static SeamcallStatus Explain(ulong value) => throw new NotSupportedException();
}
