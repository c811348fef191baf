using System.Buffers;
using System.IO.Compression;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Wire;

/// <summary>Compresses and expands snapshot bodies, bounded on both sides.</summary>
public static class BodyCodec
{
    // Quality 4 compresses a snapshot to a few KiB in under a millisecond; higher ones cost time for a few per cent.
    private const int Quality = 4;
    private const int Window = 22;

    /// <summary>Compresses canonical bytes with Brotli.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> canonical)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(canonical.Length));
        try
        {
            return BrotliEncoder.TryCompress(canonical, buffer, out int written, Quality, Window)
                ? buffer[..written]
                : throw new InvalidOperationException("Brotli found its own maximum length too short.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Expands a body from outside.</summary>
    /// <param name="body">Brotli bytes.</param>
    /// <param name="canonical">The expanded bytes; empty when refused.</param>
    /// <returns>Null, or why the body was refused and what to do.</returns>
    public static string? TryExpand(ReadOnlySpan<byte> body, out byte[] canonical)
    {
        canonical = [];
        if (body.Length > ProbeContract.MaxBodyBytes)
        {
            return $"The body has {body.Length} bytes; at most {ProbeContract.MaxBodyBytes} are accepted.";
        }

        var output = new ArrayBufferWriter<byte>(Math.Max(body.Length * 4, 1024));
        using var decoder = new BrotliDecoder();
        while (true)
        {
            OperationStatus status = decoder.Decompress(body, output.GetSpan(4096), out int consumed, out int written);
            output.Advance(written);
            body = body[consumed..];
            if (output.WrittenCount > SnapshotCodec.MaxBytes)
            {
                return $"The body expands beyond {SnapshotCodec.MaxBytes} bytes and was dropped.";
            }

            switch (status)
            {
                case OperationStatus.Done when body.IsEmpty:
                    canonical = output.WrittenSpan.ToArray();
                    return null;
                case OperationStatus.DestinationTooSmall:
                    continue;
                default:
                    return "The body is not whole Brotli data; it was cut off or changed on the way. The probe sends it again.";
            }
        }
    }
}
