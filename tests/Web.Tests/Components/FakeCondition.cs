using TdxDash.Web.Store.Care;

namespace TdxDash.Web.Tests.Components;

/// <summary>A store whose condition a test sets.</summary>
internal sealed class FakeCondition : IStoreCondition
{
    public event Action? Changed;

    public CheckReport Check { get; private set; } = CheckReport.None;

    public string? Trouble { get; private set; }

    public void Set(string? trouble)
    {
        Trouble = trouble;
        Changed?.Invoke();
    }
}
