import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.lookups
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0002_participants'),
    ]

    operations = [
        migrations.CreateModel(
            name='Act',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('edit', 'A facilitator edited this.'), ('mask', 'A facilitator masked words in this.'), ('hide', 'A facilitator hid this.'), ('remove', 'A facilitator removed this.'), ('restore', 'A facilitator showed this again.'), ('move', 'A facilitator moved this to another question.'), ('split', 'A facilitator split this into several posts.'), ('merge', 'A facilitator merged this with what says the same.'), ('undo', 'A facilitator took an earlier change back.')], max_length=7)),
                ('rule', models.CharField(choices=[('person', 'It named somebody, or made them recognisable'), ('abuse', 'It was abusive, threatening or discriminating'), ('crime', 'It may be a crime'), ('safety', 'It could have put somebody in danger'), ('repeated', 'The same was posted more than once'), ('clarity', 'Spelling or clarity; what it says is the same'), ('topic', 'It belongs to another question'), ('several', 'It held several ideas in one'), ('same', 'It says the same as another idea'), ('review', 'It was looked at again')], max_length=8)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('by', models.UUIDField()),
                ('day', models.DateField()),
                ('sealed', models.BinaryField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('is_urgent', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Touch',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('version', models.IntegerField()),
                ('state', models.CharField(blank=True, choices=[('shown', 'Shown'), ('hidden', 'Hidden'), ('removed', 'Removed'), ('merged', 'Merged'), ('split', 'Split'), ('withdrawn', 'Withdrawn')], max_length=9)),
                ('edited_for', models.CharField(blank=True, choices=[('person', 'It named somebody, or made them recognisable'), ('abuse', 'It was abusive, threatening or discriminating'), ('crime', 'It may be a crime'), ('safety', 'It could have put somebody in danger'), ('repeated', 'The same was posted more than once'), ('clarity', 'Spelling or clarity; what it says is the same'), ('topic', 'It belongs to another question'), ('several', 'It held several ideas in one'), ('same', 'It says the same as another idea'), ('review', 'It was looked at again')], max_length=8)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='comment',
            name='comment_state_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='idea',
            name='idea_state_is_known',
        ),
        # What a column is generated from cannot be changed: it goes, with its index, and comes anew.
        migrations.RemoveIndex(
            model_name='idea',
            name='idea_divided',
        ),
        migrations.RemoveField(
            model_name='idea',
            name='divided',
        ),
        migrations.RemoveIndex(
            model_name='idea',
            name='idea_liked',
        ),
        migrations.RemoveField(
            model_name='vote',
            name='is_carried',
        ),
        migrations.AddField(
            model_name='comment',
            name='edited_for',
            field=models.CharField(blank=True, choices=[('person', 'It named somebody, or made them recognisable'), ('abuse', 'It was abusive, threatening or discriminating'), ('crime', 'It may be a crime'), ('safety', 'It could have put somebody in danger'), ('repeated', 'The same was posted more than once'), ('clarity', 'Spelling or clarity; what it says is the same'), ('topic', 'It belongs to another question'), ('several', 'It held several ideas in one'), ('same', 'It says the same as another idea'), ('review', 'It was looked at again')], db_default='', default='', max_length=8),
        ),
        migrations.AddField(
            model_name='comment',
            name='version',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='idea',
            name='edited_for',
            field=models.CharField(blank=True, choices=[('person', 'It named somebody, or made them recognisable'), ('abuse', 'It was abusive, threatening or discriminating'), ('crime', 'It may be a crime'), ('safety', 'It could have put somebody in danger'), ('repeated', 'The same was posted more than once'), ('clarity', 'Spelling or clarity; what it says is the same'), ('topic', 'It belongs to another question'), ('several', 'It held several ideas in one'), ('same', 'It says the same as another idea'), ('review', 'It was looked at again')], db_default='', default='', max_length=8),
        ),
        migrations.AddField(
            model_name='idea',
            name='merged_into',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sources', to='conversations.idea'),
        ),
        migrations.AddField(
            model_name='idea',
            name='merges',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='idea',
            name='part_of',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='conversations.idea'),
        ),
        migrations.AddField(
            model_name='idea',
            name='version',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='vote',
            name='carried_by',
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name='comment',
            name='state',
            field=models.CharField(choices=[('shown', 'Shown'), ('hidden', 'Hidden'), ('removed', 'Removed'), ('merged', 'Merged'), ('split', 'Split'), ('withdrawn', 'Withdrawn')], default='shown', max_length=9),
        ),
        migrations.AlterField(
            model_name='idea',
            name='state',
            field=models.CharField(choices=[('shown', 'Shown'), ('hidden', 'Hidden'), ('removed', 'Removed'), ('merged', 'Merged'), ('split', 'Split'), ('withdrawn', 'Withdrawn')], default='shown', max_length=9),
        ),
        migrations.AddIndex(
            model_name='idea',
            index=models.Index(models.F('merged_into'), condition=models.Q(('merged_into__isnull', False)), name='idea_merged_into'),
        ),
        migrations.AddIndex(
            model_name='idea',
            index=models.Index(models.F('part_of'), condition=models.Q(('part_of__isnull', False)), name='idea_part_of'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['shown', 'hidden', 'removed', 'merged', 'split', 'withdrawn'])), name='comment_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='idea',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['shown', 'hidden', 'removed', 'merged', 'split', 'withdrawn'])), name='idea_state_is_known'),
        ),
        migrations.AddField(
            model_name='act',
            name='comment',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='conversations.comment'),
        ),
        migrations.AddField(
            model_name='act',
            name='conversation',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='conversations.conversation'),
        ),
        migrations.AddField(
            model_name='act',
            name='idea',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='conversations.idea'),
        ),
        migrations.AddField(
            model_name='act',
            name='undone_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='conversations.act'),
        ),
        migrations.AddField(
            model_name='message',
            name='act',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='conversations.act'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='comment',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='conversations.comment'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='conversation',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='conversations.conversation'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='idea',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='conversations.idea'),
        ),
        migrations.AddField(
            model_name='touch',
            name='act',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='touches', to='conversations.act'),
        ),
        migrations.AddField(
            model_name='touch',
            name='comment',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='touches', to='conversations.comment'),
        ),
        migrations.AddField(
            model_name='touch',
            name='idea',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='touches', to='conversations.idea'),
        ),
        migrations.AddField(
            model_name='touch',
            name='stream',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='conversations.stream'),
        ),
        migrations.AddConstraint(
            model_name='act',
            constraint=models.CheckConstraint(condition=models.Q(('idea__isnull', True), ('comment__isnull', True), _connector='XOR'), name='act_is_about_one'),
        ),
        migrations.AddConstraint(
            model_name='act',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['edit', 'mask', 'hide', 'remove', 'restore', 'move', 'split', 'merge', 'undo'])), name='act_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='act',
            constraint=models.CheckConstraint(condition=models.Q(('rule__in', ['person', 'abuse', 'crime', 'safety', 'repeated', 'clarity', 'topic', 'several', 'same', 'review'])), name='act_rule_is_known'),
        ),
        migrations.AddField(
            model_name='idea',
            name='shown_dislikes',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(models.Q(('merges__gt', 0), django.db.models.lookups.LessThan(django.db.models.expressions.CombinedExpression(models.F('likes'), '+', models.F('dislikes')), 11)), then=models.Value(0)), default=models.F('dislikes')), output_field=models.IntegerField()),
        ),
        migrations.AddField(
            model_name='idea',
            name='shown_likes',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(models.Q(('merges__gt', 0), django.db.models.lookups.LessThan(django.db.models.expressions.CombinedExpression(models.F('likes'), '+', models.F('dislikes')), 11)), then=models.Value(0)), default=models.F('likes')), output_field=models.IntegerField()),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('idea__isnull', True), ('comment__isnull', True), _connector='XOR'), name='delivery_is_about_one'),
        ),
        migrations.AddConstraint(
            model_name='touch',
            constraint=models.CheckConstraint(condition=models.Q(('idea__isnull', True), ('comment__isnull', True), _connector='XOR'), name='touch_is_about_one'),
        ),
        migrations.AddConstraint(
            model_name='touch',
            constraint=models.UniqueConstraint(fields=('idea', 'version'), name='touch_of_idea_has_its_place'),
        ),
        migrations.AddConstraint(
            model_name='touch',
            constraint=models.UniqueConstraint(fields=('comment', 'version'), name='touch_of_comment_has_its_place'),
        ),
        migrations.AddField(
            model_name='idea',
            name='divided',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(models.Q(('merges__gt', 0), django.db.models.lookups.LessThan(django.db.models.expressions.CombinedExpression(models.F('likes'), '+', models.F('dislikes')), 11)), then=models.Value(0)), default=django.db.models.functions.comparison.Least('likes', 'dislikes')), output_field=models.IntegerField()),
        ),
        migrations.AddIndex(
            model_name='idea',
            index=models.Index(models.F('stream'), models.F('area'), models.OrderBy(models.F('divided'), descending=True), models.OrderBy(models.F('number'), descending=True), condition=models.Q(('state', 'shown')), name='idea_divided'),
        ),
        migrations.AddIndex(
            model_name='idea',
            index=models.Index(models.F('stream'), models.F('area'), models.OrderBy(models.F('shown_likes'), descending=True), models.OrderBy(models.F('number'), descending=True), condition=models.Q(('state', 'shown')), name='idea_liked'),
        ),
        migrations.CreateModel(
            name='Moved',
            fields=[
                ('pk', models.CompositePrimaryKey('act_id', 'comment_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('act', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='moved', to='conversations.act')),
                ('comment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='conversations.comment')),
                ('idea', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='conversations.idea')),
            ],
        ),
    ]
