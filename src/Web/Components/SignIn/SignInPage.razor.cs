using Microsoft.AspNetCore.Components;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.SignIn;

/// <summary>Where people sign in with name and password, or go on to the OpenID provider.</summary>
public sealed partial class SignInPage
{
    private string? _problem;

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private DashboardOptions Options { get; set; } = null!;

    [Inject]
    private PasswordSignIn People { get; set; } = null!;

    [SupplyParameterFromForm]
    private Entry? Form { get; set; }

    [SupplyParameterFromQuery(Name = SessionScheme.Return)]
    private string? Target { get; set; }

    [SupplyParameterFromQuery(Name = OpenIdScheme.Problem)]
    private string? Problem { get; set; }

    private string OpenIdLink => $"{OpenIdScheme.Path}?{SessionScheme.Return}={Uri.EscapeDataString(LocalPath.Of(Target))}";

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        Form ??= new Entry();
        _problem = Enum.TryParse(Problem, ignoreCase: true, out SignInProblem problem) ? Sentence(problem) : null;
    }

    private static string? Sentence(SignInProblem problem) => problem switch
    {
        SignInProblem.Provider => "The sign-in at the OpenID provider failed or was cancelled. Try again; the dashboard's log says more.",
        SignInProblem.Name => "The OpenID provider gave no usable name for you. The dashboard's log says which claim is missing.",
        SignInProblem.Groups => "None of your groups may look at this dashboard. Ask its administrator.",
        SignInProblem.Account => "No account could be made for you here: another one has your name. Ask an administrator of the dashboard.",
        SignInProblem.LastAdministrator => "Your groups at the provider no longer give you the role administrator, and nobody else administers this dashboard. "
            + "Let another account have the role first; on the dashboard's machine, TdxDash.Web account-link NAME makes one.",
        SignInProblem.Disabled => "Your account is disabled. Ask an administrator of the dashboard.",
        SignInProblem.Store => "The dashboard could not store your sign-in. Try again; its log says more.",
        _ => null,
    };

    private async Task SignInAsync()
    {
        (Secret? secret, _problem) = await People.TryAsync(Form?.Name, Form?.Password, Http.Connection.RemoteIpAddress, Http.Request.Headers.UserAgent.ToString());
        if (secret is null)
        {
            return;
        }

        await SessionScheme.SignInAsync(Http, secret);
        Nav.NavigateTo(LocalPath.Of(Target));
    }

    /// <summary>What somebody typed.</summary>
    private sealed class Entry
    {
        public string? Name { get; set; }

        public string? Password { get; set; }
    }
}
