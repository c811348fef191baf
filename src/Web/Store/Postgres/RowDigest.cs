using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TdxDash.Web.Store.Postgres;

/// <summary>Counts rows and hashes their values, each with its type and length, so that rows of two databases can be compared.</summary>
internal sealed class RowDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _rows;

    /// <summary>Begins a row.</summary>
    public void Row() => _rows++;

    /// <summary>Adds a value.</summary>
    /// <param name="value">A long, double, string or byte array, or <see cref="DBNull"/>.</param>
    /// <exception cref="InvalidDataException">It is of another type.</exception>
    public void Add(object value)
    {
        (byte kind, byte[] bytes) = value switch
        {
            DBNull => ((byte)0, []),
            long number => ((byte)1, BitConverter.GetBytes(number)),
            double number => ((byte)2, BitConverter.GetBytes(number)),
            string text => ((byte)3, Encoding.UTF8.GetBytes(text)),
            byte[] content => ((byte)4, content),
            _ => throw new InvalidDataException($"A value has the type {value.GetType().Name}, which no column of the store has."),
        };
        Span<byte> head = stackalloc byte[1 + sizeof(int)];
        head[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], bytes.Length);
        _hash.AppendData(head);
        _hash.AppendData(bytes);
    }

    /// <summary>The rows, and the hash of all values in lower-case hexadecimal.</summary>
    public (long Count, string Hash) Result() => (_rows, Convert.ToHexStringLower(_hash.GetHashAndReset()));

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
