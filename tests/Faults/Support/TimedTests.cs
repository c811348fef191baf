// Most of them wait for a dashboard or a probe most of the time.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.Collections, MaxThreads = 3)]

namespace TdxDash.Faults.Support;

/// <summary>The tests that hold the product to a time, which others at once on two cores would spoil.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TimedTests
{
    public const string Name = "timed";
}
