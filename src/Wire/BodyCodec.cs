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

    // Of a snapshot's bytes and its body's, with room to spare: nearly every one is expanded at one go.
    private const int UsualRatio = 8;
    private const int LeastBuffer = 4_096;
    private const int MostAtFirst = 1 << 20;

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

        byte[] output = ArrayPool<byte>.Shared.Rent(Math.Clamp(body.Length * UsualRatio, LeastBuffer, MostAtFirst));
        try
        {
            return TryExpand(body, ref output, out canonical);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(output);
        }
    }

    private static string? TryExpand(ReadOnlySpan<byte> body, ref byte[] output, out byte[] canonical)
    {
        canonical = [];
        int length = 0;
        using var decoder = new BrotliDecoder();
        while (true)
        {
            OperationStatus status = decoder.Decompress(body, output.AsSpan(length), out int consumed, out int written);
            length += written;
            body = body[consumed..];
            if (length > SnapshotCodec.MaxBytes)
            {
                return $"The body expands beyond {SnapshotCodec.MaxBytes} bytes and was dropped.";
            }

            switch (status)
            {
                case OperationStatus.Done when body.IsEmpty:
                    canonical = output[..length];
                    return null;
                case OperationStatus.DestinationTooSmall:
                    Grow(ref output, length);
                    continue;
                default:
                    return "The body is not whole Brotli data; it was cut off or changed on the way. The probe sends it again.";
            }
        }
    }

    private static void Grow(ref byte[] output, int length)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(output.Length * 2);
        output.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(output);
        output = larger;
    }
}
