from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Branding',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('brand_colour', models.CharField(max_length=7)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='branding_is_one_row'), models.CheckConstraint(condition=models.Q(('brand_colour__regex', '^#[0-9a-f]{6}$')), name='branding_colour_is_hex')],
            },
        ),
    ]
