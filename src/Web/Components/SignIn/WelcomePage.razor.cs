using Microsoft.AspNetCore.Components;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Access;

namespace TdxDash.Web.Components.SignIn;

/// <summary>Where a link leads that sets a password: the first administrator's, or one that an administrator handed out.</summary>
public sealed partial class WelcomePage
{
    private LinkRow? _link;
    private string? _problem;

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private LinkBook Links { get; set; } = null!;

    [Inject]
    private PasswordSignIn People { get; set; } = null!;

    [Inject]
    private SessionBook Sessions { get; set; } = null!;

    [SupplyParameterFromForm]
    private Entry? Form { get; set; }

    [SupplyParameterFromQuery(Name = "token")]
    private string? Token { get; set; }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        Form ??= new Entry();
        (_link, _problem) = Links.Find(Token);
    }

    private async Task UseAsync()
    {
        if (Form!.Password != Form.Again)
        {
            _problem = "The two passwords differ. Type both again.";
            return;
        }

        string address = CallerAddress.Of(Http);
        (Account? account, _problem) = await Links.UseAsync(Token, Form.Name, Form.Password, address);
        if (account is null)
        {
            return;
        }

        var by = new Actor(account.Name.ToString(), address);
        await People.EndOthersAsync(account.Id, null, by);
        (Secret? secret, _problem) = await Sessions.StartAsync(account, by, Http.Request.Headers.UserAgent.ToString());
        if (secret is not null)
        {
            await SessionScheme.SignInAsync(Http, secret);
        }

        Nav.NavigateTo(secret is null ? SessionScheme.Path : "/");
    }

    /// <summary>What somebody typed.</summary>
    private sealed class Entry
    {
        public string? Name { get; set; }

        public string? Password { get; set; }

        public string? Again { get; set; }
    }
}
