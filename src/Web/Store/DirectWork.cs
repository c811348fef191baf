namespace TdxDash.Web.Store;

/// <summary>What became of a work with a result.</summary>
/// <param name="Result">The result; the default where nothing was kept.</param>
/// <param name="Failure">Why nothing was kept, and what to do; null when it is committed.</param>
internal sealed record DirectOutcome<T>(T? Result, string? Failure);

/// <summary>Some statements for the writer whose result somebody waits for.</summary>
/// <param name="apply">Runs the statements; again after a failed transaction was rolled back.</param>
internal sealed class DirectWork<T>(Func<StoreTransaction, T> apply) : IStoreWork
{
    private readonly TaskCompletionSource<DirectOutcome<T>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    /// <inheritdoc/>
    public int Bytes => 0;

    /// <summary>Has the writer run it.</summary>
    public Task<DirectOutcome<T>> RunAsync(StoreWriter writer) => writer.TryEnqueue(this) is { } refusal
        ? Task.FromResult(new DirectOutcome<T>(default, refusal))
        : _done.Task;

    /// <inheritdoc/>
    public void Apply(StoreTransaction transaction) => _result = apply(transaction);

    /// <inheritdoc/>
    public void Committed() => _done.SetResult(new DirectOutcome<T>(_result, null));

    /// <inheritdoc/>
    public void Failed(string reason) => _done.TrySetResult(new DirectOutcome<T>(default, reason));
}
