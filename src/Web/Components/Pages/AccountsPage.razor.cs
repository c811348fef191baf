using Microsoft.AspNetCore.Components;
using TdxDash.Web.Live;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Security.Visible;
using TdxDash.Web.Store;

namespace TdxDash.Web.Components.Pages;

/// <summary>All accounts, for who administers everything: to make, give roles to, disable and remove.</summary>
public sealed partial class AccountsPage
{
    private IReadOnlyList<Account> _accounts = [];
    private string _name = "";
    private Role _role = Role.Viewer;
    private string _group = "";
    private Role _giveRole = Role.Viewer;
    private string _giveGroup = "";
    private long? _open;
    private long? _sure;
    private string? _link;
    private string _linkFor = "";
    private string? _problem;

    [Inject]
    private AccountBook Accounts { get; set; } = null!;

    [Inject]
    private TokenBook Tokens { get; set; } = null!;

    [Inject]
    private LinkBook Links { get; set; } = null!;

    [Inject]
    private DashboardOptions Options { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnInitialized() => _accounts = Accounts.All;

    private static (Grant? Grant, string? Problem) Read(Role role, string group)
    {
        if (string.IsNullOrWhiteSpace(group))
        {
            return (new Grant(role, null), null);
        }

        return LabelText.TryParse(group, out LabelText label) ? (new Grant(role, label), null) : (null, $"'{group}' is no group. Use {LabelText.Rule}.");
    }

    // Asked with each change: the role may have been taken while the page was open.
    private Actor? By()
    {
        if (Viewer.Rights.MayEverywhere(Role.Administrator))
        {
            return Viewer.Actor;
        }

        _problem = Refusal.Of(Role.Administrator);
        return null;
    }

    private async Task AddAsync()
    {
        if (!AccountName.TryParse(_name, out AccountName name))
        {
            _problem = $"'{_name}' is no name. Use {AccountName.Rule}.";
            return;
        }

        (Grant? grant, _problem) = Read(_role, _group);
        if (grant is null || By() is not { } by)
        {
            return;
        }

        (Account? account, _problem) = await Accounts.AddAsync(new Account { Id = 0, Name = name, Grants = [grant], CreatedAt = default }, by);
        if (account is not null)
        {
            _name = "";
            await LinkAsync(account);
        }

        _accounts = Accounts.All;
    }

    private async Task LinkAsync(Account account)
    {
        if (By() is not { } by)
        {
            return;
        }

        (string? path, _problem) = await Links.MakeAsync(account, by);
        (_link, _linkFor) = (path is null ? null : Nav.ToAbsoluteUri(path).ToString(), account.Name.ToString());
    }

    private async Task GiveAsync(Account account)
    {
        (Grant? grant, _problem) = Read(_giveRole, _giveGroup);
        if (grant is not null)
        {
            await ChangeAsync(account, before => before with { Grants = before.Grants.Contains(grant) ? before.Grants : before.Grants.Add(grant) }, "account.grants");
        }
    }

    private Task TakeAsync(Account account, Grant grant) => ChangeAsync(account, before => before with { Grants = before.Grants.Remove(grant) }, "account.grants");

    private Task SetDisabledAsync(Account account, bool isDisabled) =>
        ChangeAsync(account, before => before with { IsDisabled = isDisabled }, isDisabled ? "account.disable" : "account.enable");

    private async Task RemoveAsync(Account account)
    {
        if (_sure != account.Id)
        {
            _sure = account.Id;
            return;
        }

        if (By() is not { } by)
        {
            return;
        }

        _problem = await Accounts.RemoveAsync(account.Id, by);
        (_sure, _accounts) = (null, Accounts.All);
    }

    private async Task ChangeAsync(Account account, Func<Account, Account> change, string action)
    {
        if (By() is not { } by)
        {
            return;
        }

        _problem = await Accounts.ChangeAsync(account.Id, change, action, by);
        (_sure, _accounts) = (null, Accounts.All);
    }
}
