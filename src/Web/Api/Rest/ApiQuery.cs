using System.Globalization;
using Microsoft.Extensions.Primitives;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Security;

namespace TdxDash.Web.Api.Rest;

/// <summary>Reads the parameters of an address, and gathers what is wrong with them.</summary>
/// <param name="request">The request.</param>
/// <param name="operation">What it takes.</param>
internal sealed class ApiQuery(HttpRequest request, ApiOperation operation)
{
    private readonly List<ProblemPart> _errors = [];

    /// <summary>A text; empty where there is none.</summary>
    public string Text(TextParameter parameter)
    {
        string text = Raw(parameter) ?? "";
        if (text.Length > parameter.MostCharacters)
        {
            Add(parameter.Name, $"'{parameter.Name}' has {text.Length} characters; at most {parameter.MostCharacters} are taken. Shorten it.");
            return "";
        }

        return text;
    }

    /// <summary>A whole number; the usual one where there is none.</summary>
    public long Number(NumberParameter parameter)
    {
        if (Raw(parameter) is not { } text)
        {
            return parameter.Usual;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= parameter.Least && number <= parameter.Most)
        {
            return number;
        }

        Add(parameter.Name, $"'{parameter.Name}' is '{Shown(text)}': use a whole number from {parameter.Least} to {parameter.Most}.");
        return parameter.Usual;
    }

    /// <summary>A time; null where there is none.</summary>
    public DateTimeOffset? Time(TimeParameter parameter)
    {
        if (Raw(parameter) is not { } text)
        {
            return null;
        }

        if (UrlTime.TryParse(text, out DateTimeOffset time))
        {
            return UrlTime.Whole(time);
        }

        Add(parameter.Name, $"'{parameter.Name}' is '{Shown(text)}', which is no time: use the form {UrlTime.Form} in UTC.");
        return null;
    }

    /// <summary>Words; none where there is none.</summary>
    public IReadOnlyList<string> Words(WordsParameter parameter)
    {
        string[] words = (Raw(parameter) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (words.FirstOrDefault(word => !parameter.Words.Contains(word)) is { } wrong)
        {
            Add(parameter.Name, $"'{parameter.Name}' names '{Shown(wrong)}', which is not known: use {string.Join(", ", parameter.Words)}.");
            return [];
        }

        if (words.Length > parameter.Most)
        {
            Add(parameter.Name, $"'{parameter.Name}' has {words.Length} words; at most {parameter.Most} are taken. Leave some out.");
            return [];
        }

        return words;
    }

    /// <summary>Notes what is wrong with a parameter.</summary>
    public void Add(string name, FormattableString message) => _errors.Add(new ProblemPart { Name = name, Message = message.ToString(CultureInfo.InvariantCulture) });

    /// <summary>Ends the request where anything was wrong, an address with a parameter that the operation does not take included.</summary>
    /// <exception cref="ProblemException">Something was wrong.</exception>
    public void Check()
    {
        foreach ((string name, StringValues values) in request.Query)
        {
            if (!operation.Parameters.Any(parameter => parameter.Name == name))
            {
                string known = operation.Parameters.Count == 0 ? "it takes none" : $"it takes {string.Join(", ", operation.Parameters.Select(parameter => parameter.Name))}";
                Add(name, $"'{Shown(name)}' is no parameter of this address: {known}. Remove it.");
            }
            else if (values.Count > 1)
            {
                Add(name, $"'{name}' stands {values.Count} times in the address: give it once.");
            }
        }

        if (_errors.Count > 0)
        {
            throw Problems.Parameters([.. _errors]);
        }
    }

    private string? Raw(ApiParameter parameter)
    {
        string? text = request.Query.TryGetValue(parameter.Name, out StringValues values) && values.Count > 0 ? values[0] : null;
        if (parameter.IsRequired && string.IsNullOrEmpty(text))
        {
            Add(parameter.Name, $"'{parameter.Name}' is absent: {parameter.About}");
        }

        return string.IsNullOrEmpty(text) ? null : text;
    }

    private static string Shown(string text) => ShownText.Limit(UrlReader.Shown(text), ShownText.MaxSentence);
}
