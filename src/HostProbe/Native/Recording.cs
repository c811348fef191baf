using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace TdxDash.HostProbe.Native;

/// <summary>Recorded calls in the form that libtdxdash takes: calls, and beside them their pages and the failures that differ.</summary>
internal sealed unsafe class Recording
{
    /// <summary>TDXDASH_NOT_EXECUTED: what a failure was besides its texts is not recorded.</summary>
    private const uint NotExecuted = 10;

    private readonly NativeRecordedCall[] _calls;
    private readonly byte[] _pages;
    private readonly List<NativeError> _failures = [];
    private readonly byte[] _description;
    private readonly bool _emulated;

    public Recording(IReadOnlyList<RecordedCall> calls, string description, bool emulated)
    {
        _calls = new NativeRecordedCall[calls.Count];
        _pages = new byte[calls.Count(call => !call.Page.IsEmpty) * MetadataSweep.PageBytes];
        _description = Encoding.UTF8.GetBytes(description + '\0');
        _emulated = emulated;
        var numbers = new Dictionary<(string Reason, string Remedy), uint>();
        int pages = 0;
        for (int i = 0; i < calls.Count; i++)
        {
            RecordedCall call = calls[i];
            if (!call.Page.IsEmpty)
            {
                call.Page.Span.CopyTo(_pages.AsSpan(pages++ * MetadataSweep.PageBytes, MetadataSweep.PageBytes));
            }

            _calls[i] = new NativeRecordedCall
            {
                Leaf = call.Leaf,
                In = call.In,
                Out = call.Out,
                Page = call.Page.IsEmpty ? 0 : (uint)pages,
                Failure = call.Error is { } error ? NumberOf(error, numbers) : 0,
            };
        }
    }

    /// <summary>Opens it as a transport.</summary>
    /// <returns>TDXDASH_OK, or another tdxdash_code and the error.</returns>
    public int Open(out TransportHandle handle, NativeError* error)
    {
        fixed (NativeRecordedCall* calls = _calls)
        fixed (byte* pages = _pages, description = _description)
        fixed (NativeError* failures = CollectionsMarshal.AsSpan(_failures))
        {
            var recording = new NativeRecording
            {
                Calls = (nint)calls,
                Pages = (nint)pages,
                Failures = (nint)failures,
                Description = (nint)description,
                CallCount = (uint)_calls.Length,
                PageCount = (uint)(_pages.Length / MetadataSweep.PageBytes),
                FailureCount = (uint)_failures.Count,
                Flags = _emulated ? NativeInfo.EmulatedFlag : 0,
            };
            return NativeMethods.OpenRecorded(&recording, out handle, error);
        }
    }

    // A host that fails does so for few reasons, many times.
    private uint NumberOf(SeamcallTransportException error, Dictionary<(string Reason, string Remedy), uint> numbers)
    {
        if (!numbers.TryGetValue((error.Reason, error.Remedy), out uint number))
        {
            var failure = new NativeError { Code = NotExecuted };
            Put(error.Reason, failure.Message, NativeError.MessageBytes);
            Put(error.Remedy, failure.Remedy, NativeError.RemedyBytes);
            _failures.Add(failure);
            number = (uint)_failures.Count;
            numbers.Add((error.Reason, error.Remedy), number);
        }

        return number;
    }

    // Text that does not fit is cut between two characters; the last byte stays zero.
    private static void Put(string text, byte* buffer, int capacity) =>
        Utf8.FromUtf16(text, new Span<byte>(buffer, capacity - 1), out _, out _);
}
