using Microsoft.Playwright;

namespace TdxDash.EndToEnd;

/// <summary>Stands between a page and the server and can hold back what the server says, so that a person is quicker than the answers.</summary>
internal sealed class HeldAnswers
{
    private readonly Lock _lock = new();
    private readonly List<Action> _held = [];
    private bool _isHolding;

    /// <summary>Stands in the way of the page's next connection; the page has to be loaded again.</summary>
    public static async Task<HeldAnswers> OfAsync(IPage page)
    {
        var answers = new HeldAnswers();
        await page.RouteWebSocketAsync(_ => true, browser =>
        {
            IWebSocketRoute server = browser.ConnectToServer();
            server.OnMessage(answer => answers.Pass(() =>
            {
                if (answer.Binary is { } bytes)
                {
                    browser.Send(bytes);
                }
                else
                {
                    browser.Send(answer.Text!);
                }
            }));
        });
        return answers;
    }

    /// <summary>From now on the page hears nothing.</summary>
    public void Hold()
    {
        lock (_lock)
        {
            _isHolding = true;
        }
    }

    /// <summary>The page hears what was said meanwhile, in order, and what comes.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _isHolding = false;
            _held.ForEach(send => send());
            _held.Clear();
        }
    }

    private void Pass(Action send)
    {
        lock (_lock)
        {
            if (_isHolding)
            {
                _held.Add(send);
            }
            else
            {
                send();
            }
        }
    }
}
