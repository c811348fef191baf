using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Api.V1;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Api.V1;

/// <summary>Who gets a plan worked out, beside callers that want many or send slowly.</summary>
public sealed class PlanTurnsTests
{
    private static readonly object Plan = new { text = "2 sockets x 1 TiB, hole 2G-4G", withHeadroom = false };

    [Fact]
    public async Task Plan_WhileBodiesOfAnotherAreOnTheirWay_IsComputedAndTheOtherIsRefusedMore()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        using HttpClient quick = await dashboard.ClientAsync();
        // The server says "continue" when it begins to read.
        using var slow = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = Dashboard.Patience }) { BaseAddress = dashboard.Address };
        slow.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await dashboard.TokenAsync());
        var end = new TaskCompletionSource();
        HeldBody[] bodies = [.. Enumerable.Range(0, PlanTurns.PlacesOfACaller).Select(_ => new HeldBody(end.Task))];
        Task<HttpStatusCode>[] held = [.. bodies.Select(body => SendAsync(slow, body, waits: true))];
        await Task.WhenAll(bodies.Select(body => body.Begun)).WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);

        HttpStatusCode another = await SendAsync(quick, JsonContent.Create(Plan));
        HttpStatusCode more = await SendAsync(slow, JsonContent.Create(Plan));

        end.SetResult();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.TooManyRequests), (another, more));
        Assert.All(await Task.WhenAll(held), status => Assert.Equal(HttpStatusCode.BadRequest, status));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(slow, JsonContent.Create(Plan)));
    }

    [Fact]
    public void Take_AllPlacesTaken_IsRefusedUntilOneIsGivenBack()
    {
        using PlanTurns turns = new(), second = new();
        IDisposable[] places = [.. Enumerable.Range(0, PlanTurns.Places).Select(i => turns.Take($"caller {i}"))];

        Assert.Contains("8 more are coming or wait", Assert.Throws<ProblemException>(() => turns.Take("another")).Problem.Detail, StringComparison.Ordinal);
        Assert.Contains("asks for 4 plans already", Assert.Throws<ProblemException>(() => Enumerable.Range(0, 5).Select(i => second.Take($"token:greedy/{i}")).ToArray()).Problem.Detail, StringComparison.Ordinal);

        places[0].Dispose();
        turns.Take("another").Dispose();
    }

    [Fact]
    public async Task Body_ThatDoesNotComeInTime_IsRefusedWithTheRemedy()
    {
        var body = new Pipe();
        var time = new FakeTimeProvider();
        var context = new DefaultHttpContext { Request = { ContentType = "application/json", Body = body.Reader.AsStream() } };
        await body.Writer.WriteAsync("{\"text\": \""u8.ToArray(), TestContext.Current.CancellationToken);

        Task<PlanRequest> read = ApiBody.ReadAsync<PlanRequest>(context, TimeSpan.FromSeconds(30), time);
        time.Advance(TimeSpan.FromSeconds(30));

        Problem problem = (await Assert.ThrowsAsync<ProblemException>(() => read.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken))).Problem;
        Assert.Equal((StatusCodes.Status408RequestTimeout, "The body was not there within 30 s. Send less, or over a faster connection."), (problem.Status, problem.Detail));
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, HttpContent body, bool waits = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/plans") { Content = body, Headers = { ExpectContinue = waits } };
        using HttpResponseMessage answer = await http.SendAsync(request, TestContext.Current.CancellationToken).WaitAsync(Dashboard.Patience);
        return answer.StatusCode;
    }

    /// <summary>The beginning of a body, and nothing more until a test lets it end.</summary>
    private sealed class HeldBody : HttpContent
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _end;

        public HeldBody(Task end)
        {
            _end = end;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        public Task Begun => _begun.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{"u8.ToArray());
            await stream.FlushAsync();
            _begun.SetResult();
            await _end;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
