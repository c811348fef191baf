using System.IO.Compression;
using System.Net;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Security.Probes;

/// <summary>The tests that measure the memory of their process, which others at once would spoil.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredTests
{
    public const string Name = "measured";
}

/// <summary>What anybody can send to the enrolment.</summary>
[Collection(MeasuredTests.Name)]
public sealed class EnrolmentBodyTests : IAsyncLifetime
{
    private const long MostGrowth = 16 << 20;

    private readonly TempFolder _folder = new();
    private readonly EndlessStream _endless = new();
    private Dashboard? _dashboard;
    private HttpClient? _client;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await Dashboard.StartAsync(_folder);
        _client = new HttpClient { BaseAddress = _dashboard.Address };
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _endless.DisposeAsync();
        await _dashboard!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Enrol_WithABodyThatIsNone_IsRefusedWithoutBeingTakenIn()
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        foreach ((string kind, HttpStatusCode expected) in new[]
        {
            ("large", HttpStatusCode.RequestEntityTooLarge), ("endless", HttpStatusCode.RequestEntityTooLarge), ("bomb", HttpStatusCode.BadRequest), ("deep", HttpStatusCode.BadRequest),
            ("empty", HttpStatusCode.BadRequest), ("null", HttpStatusCode.BadRequest), ("members", HttpStatusCode.BadRequest),
        })
        {
            HttpStatusCode? status = await EnrolAsync(kind);
            // Or the connection was cut while the rest was still being sent, which is as good an answer.
            Assert.True(status == expected || (status is null && expected == HttpStatusCode.RequestEntityTooLarge), $"{kind}: {status}");
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MostGrowth);
        Assert.InRange(_endless.Taken, 1, MostGrowth);
    }

    private async Task<HttpStatusCode?> EnrolAsync(string kind)
    {
        using HttpContent body = kind switch
        {
            "large" => new ByteArrayContent(new byte[10 << 20]),
            "endless" => new StreamContent(_endless),
            "bomb" => Zipped(new byte[10 << 20]),
            "deep" => new StringContent(new string('[', 10_000)),
            "members" => new StringContent("{\"token\":null}"),
            _ => new StringContent(kind == "null" ? "null" : ""),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, ProbeContract.EnrolPath) { Content = body, Headers = { TransferEncodingChunked = kind == "endless" } };
        try
        {
            using HttpResponseMessage answer = await _client!.SendAsync(request, Stop);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static ByteArrayContent Zipped(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var zip = new GZipStream(target, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zip.Write(bytes);
        }

        return new ByteArrayContent(target.ToArray()) { Headers = { ContentEncoding = { "gzip" } } };
    }

    private sealed class EndlessStream : Stream
    {
        public long Taken { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Taken += count;
            buffer.AsSpan(offset, count).Fill((byte)' ');
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
