using MudBlazor;

namespace TdxDash.Web.Components.Parts;

/// <summary>Says what was done and offers to undo it for ten seconds.</summary>
internal static class UndoToast
{
    /// <summary>How long an undo is offered.</summary>
    public static readonly TimeSpan For = TimeSpan.FromSeconds(10);

    /// <summary>Shows it.</summary>
    /// <param name="snackbar">Where.</param>
    /// <param name="done">What was done, as a sentence.</param>
    /// <param name="undo">Undoes it; it handles its own failures.</param>
    public static void Offer(ISnackbar snackbar, string done, Func<Task> undo) => snackbar.Add(done, Severity.Normal, toast =>
    {
        toast.VisibleStateDuration = (int)For.TotalMilliseconds;
        toast.ShowTransitionDuration = toast.HideTransitionDuration = 0;
        toast.RequireInteraction = false;
        toast.Action = "Undo";
        toast.ActionColor = Color.Primary;
        toast.OnClick = _ => undo();
    });
}
