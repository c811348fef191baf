namespace TdxDash.EndToEnd;

/// <summary>Waits for what other processes bring about and no one announces.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when the condition holds; fails, naming it and what the processes printed, when it does not within half a minute.</summary>
    public static async Task HoldsAsync(string condition, Func<Task<bool>> check, Func<string>? output = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var clock = new PeriodicTimer(Pause);
        while (!await check())
        {
            try
            {
                await clock.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"After {Patience.TotalSeconds} s it still does not hold that {condition}.\n{output?.Invoke()}");
            }
        }
    }
}
