using Microsoft.AspNetCore.Components.Forms;
using TdxDash.Tdx.Memory;

namespace TdxDash.Web.Components.Import;

/// <summary>A text from the browser, chosen, dropped or pasted, which comes in pieces and is never held as a whole.</summary>
public static class TextUpload
{
    /// <summary>The most bytes of a file that is uploaded.</summary>
    public const long MaxBytes = 64 << 20;

    private const int BlockBytes = 64 << 10;
    private const long ProgressBytes = 1 << 20;

    /// <summary><see cref="MaxBytes"/> for people.</summary>
    public static string MaxSize { get; } = new ByteSize((ulong)MaxBytes).ToString();

    /// <summary>Reads a file to its end, or until no more is wanted.</summary>
    /// <param name="file">At most <see cref="MaxBytes"/> long.</param>
    /// <param name="take">Takes a piece and says whether another one is wanted.</param>
    /// <param name="progress">Told of the bytes so far, now and then.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static async Task ReadAsync(IBrowserFile file, Func<ReadOnlyMemory<byte>, bool> take, Action<ByteSize> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(take);
        ArgumentNullException.ThrowIfNull(progress);
        byte[] block = new byte[BlockBytes];
        long read = 0, shown = 0;
        await using Stream stream = file.OpenReadStream(MaxBytes, cancellation);
        for (int length = await stream.ReadAsync(block, cancellation); length > 0 && take(block.AsMemory(0, length)); length = await stream.ReadAsync(block, cancellation))
        {
            read += length;
            if (read - shown >= ProgressBytes)
            {
                shown = read;
                progress(new ByteSize((ulong)read));
            }
        }
    }
}
