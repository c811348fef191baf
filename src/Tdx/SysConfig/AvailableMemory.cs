namespace TdxDash.Tdx.SysConfig;

/// <summary>The pieces of a TDMR that are not reserved, ascending; the reserved areas must have been checked.</summary>
internal ref struct AvailableMemory
{
    private readonly TdmrInfo _info;
    private readonly int _count;
    private ulong _next;
    private int _area;

    private AvailableMemory(TdmrInfo info)
    {
        _info = info;
        _count = Math.Min(info.Reserved.Count, TdmrInfo.MaxReservedAreas);
        _next = info.Tdmr.Base;
    }

    /// <summary>The piece that <see cref="MoveNext"/> found.</summary>
    public RawRange Current { get; private set; }

    public static AvailableMemory Of(TdmrInfo info) => new(info);

    public readonly AvailableMemory GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_area < _count && _info.Reserved[_area].Size != 0)
        {
            RawRange reserved = _info.Reserved[_area++];
            ulong start = _info.Tdmr.Base + reserved.Base;
            ulong from = _next;
            _next = start + reserved.Size;
            if (start > from)
            {
                Current = new RawRange(from, start - from);
                return true;
            }
        }

        if (_next >= _info.Tdmr.End)
        {
            return false;
        }

        Current = new RawRange(_next, _info.Tdmr.End - _next);
        _next = _info.Tdmr.End;
        return true;
    }
}
